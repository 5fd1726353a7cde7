// For those who write providers on a server that keeps a list of members
export { type DirectoryJoining, joinDirectory, type RegisteredMember } from "./directory-session.ts";
export { type Fetch, type JsonAnswer, type JsonRequest, parseAnswer, requestJson } from "./json-request.ts";
export type { DirectoryTiming, MemberDirectory, MemberRegistration } from "./member-directory.ts";
export { directoryDefaults } from "./member-directory.ts";
export { pause, type WaitContext, within } from "./pause.ts";
