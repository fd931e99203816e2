/** The face of this room: who somebody is, who was let in, and who becomes one with whom. */
export { approveImported } from "./approve-imported.ts";
export { draftAgreed } from "./agreed-draft.ts";
export { agreedLinks, consent, issueCode, redeemCode, requestUnlink, settleAgreement, type Agreement, type Consented, type Issued, type Redeemed, type RefusedCode } from "./agreements.ts";
export { isEmpty, NO_CHANGE, overlay, writePeople, type IdentityChange, type PeopleChange, type PersonChange, type Side } from "./change.ts";
export type { Random } from "./code.ts";
export { createDirectory, loadDirectory, type PeopleDirectory } from "./directory.ts";
export type { Drafting, FilePeople } from "./drafting.ts";
export { draftLink, draftOwner, draftUnlink, type LinkRequest } from "./drafts.ts";
export { identify, learnAliases, mergeProposal, newAliases, type MergeProposal, type NewAlias } from "./identify.ts";
export { identityKey, identityWords, sameIdentity, type IdentityRef, type ProvedBy, type Role } from "./identity.ts";
export type { Approvals, KnownPeople, PeerAliases } from "./known.ts";
export { approvePairing, findPairing, listPairings, rejectPairing, requestPairing, revokeApproval, type PairingRequest, type Stranger } from "./pairing.ts";
export type { Party } from "./party.ts";
export { draftMerge, draftRename, draftRole, draftSplit } from "./person-drafts.ts";
