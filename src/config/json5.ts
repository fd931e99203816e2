// By itself, since it is loaded for the few files that are more than JSON with comments.
export { default as JSON5 } from "json5";
