// For those who write providers on a server that keeps a list of members
export { type DirectoryJoining, joinDirectory, type RegisteredMember } from "./directory-session.ts";
export type { DirectoryOptions, DirectoryTiming } from "./directory-timing.ts";
export {
  directoryDefaults,
  refuseRareRefresh,
  refuseUnlessPositive,
  resolveDirectoryTiming,
} from "./directory-timing.ts";
export { EntryReader, type EntryReading } from "./entry-reader.ts";
export { distinctTexts, fieldOf, listOf, portOf, textOf } from "./json-fields.ts";
export { type Fetch, type JsonAnswer, type JsonRequest, parseAnswer, requestJson } from "./json-request.ts";
export type { MemberDirectory, MemberRegistration } from "./member-directory.ts";
export { pause, type WaitContext, within } from "./pause.ts";
