// One line of a journal each. Every journal of a test is written on one machine, so that its monotonic clock orders them all.

/** What every line has. */
interface Entry {
  /** Milliseconds of the machine's monotonic clock. */
  readonly atMs: number;
}

/** A witness begins to come to life, which takes it a while. */
interface Activating extends Entry {
  readonly event: "activating";
  readonly identity: string;
  readonly activation: string;
}

/** A witness came to life. */
interface Activated extends Entry {
  readonly event: "activated";
  readonly identity: string;
  /** Unique in the whole test. */
  readonly activation: string;
}

/** A witness came to its end in order. */
interface Deactivated extends Entry {
  readonly event: "deactivated";
  readonly activation: string;
  readonly reason: string;
}

/** The first statement of a handler was run. */
export interface Started extends Entry {
  readonly event: "started";
  readonly identity: string;
  readonly activation: string;
  readonly message: string;
  readonly sender: string;
  readonly sequence: number;
}

/** The last statement of a handler was run. */
export interface Finished extends Entry {
  readonly event: "finished";
  readonly activation: string;
  readonly message: string;
}

/** A process sees these members, by id. */
interface Seen extends Entry {
  readonly event: "seen";
  readonly members: readonly string[];
}

/** A member says that an identity was active on two members at a time. */
interface ReportedTwice extends Entry {
  readonly event: "reported_twice";
  readonly identity: string;
}

/** A member that was let go is a member again. */
interface CameBack extends Entry {
  readonly event: "came_back";
  readonly id: string;
}

/** The process's event loop stood still for so long until now. */
export interface Stalled extends Entry {
  readonly event: "stalled";
  readonly forMs: number;
}

/** A client begins a call. */
export interface Called extends Entry {
  readonly event: "called";
  readonly message: string;
  readonly identity: string;
  readonly sender: string;
  readonly sequence: number;
  readonly timeoutMs: number;
}

/** A call has settled. */
export interface Returned extends Entry {
  readonly event: "returned";
  readonly message: string;
  /** "ok", a code of ClusterError, or the name of another error. */
  readonly outcome: string;
  /** What went wrong, for people. */
  readonly problem?: string | undefined;
  /** Who answered. */
  readonly activation?: string | undefined;
  readonly process?: string | undefined;
}

/** A client begins to hand over a one-way call, of which it will hear nothing. */
export interface Told extends Omit<Called, "event"> {
  readonly event: "told";
}

/** A one-way call was handed over, or could not be. */
export interface HandedOver extends Omit<Returned, "event"> {
  readonly event: "handed_over";
}

/** A process says that a one-way call of its was not started, after it had handed it over. */
interface GivenUp extends Entry {
  readonly event: "given_up";
  readonly outcome: string;
}

/** What the test did to a process or a link. */
export interface Fault extends Entry {
  readonly event: "fault";
  readonly what: string;
  /** Whether messages may be lost by it: from now on, until now, or just now. If it says nothing, none may. */
  readonly loses?: "from now" | "until now" | "now" | undefined;
  /** The process that it was done to, if it was one. */
  readonly process?: string | undefined;
  /** The two between which it was, if it was a link: processes, or the store that they register with. */
  readonly link?: Link | undefined;
}

/** The ends of a link, by name. */
export type Link = readonly [one: string, other: string];

/** A process was started, or has ended. */
export interface Life extends Entry {
  readonly event: "spawned" | "joined" | "ended";
  readonly process: string;
  readonly role: "member" | "client";
  /** What it ended with: 0 in order, null for a signal. */
  readonly code?: number | null | undefined;
}

/** What a process writes about itself. */
export type ProcessEvent =
  | Activating
  | Activated
  | Deactivated
  | Started
  | Finished
  | Seen
  | ReportedTwice
  | CameBack
  | Stalled
  | Called
  | Returned
  | Told
  | HandedOver
  | GivenUp;

/** What the test writes. */
export type TestEvent = Fault | Life;
