export { admit } from "./admit.ts";
export { compileAdmission, type AdmissionSource, type CompiledAdmission } from "./compile.ts";
