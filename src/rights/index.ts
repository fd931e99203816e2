export { readCertificate, type Certificate } from "./certificate.ts";
export { beginErasure, finishErasure, preview, runningErasures, subjectOf, type EraseParts, type OnProgress, type Surroundings, type Touched } from "./erase.ts";
export { exportPerson, type Exported, type ExportSink } from "./export.ts";
export { fileMark, identityMarks, scan, type ScannedFile, type Sighting } from "./scan.ts";
export type { Subject, SubjectAccount } from "./subject.ts";
export { isSameSubject, namedInFile, ownerName, whoIsMeant, type WhoIsWho } from "./who.ts";
