import "../styles/attachments.css";

export { Attachments } from "./attachments.tsx";
export { PickedFiles } from "./picked-files.tsx";
