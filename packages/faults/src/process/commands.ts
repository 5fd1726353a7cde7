import type { ClusterStats, Readiness } from "@ts-grain/cluster";
import type { EtcdProviderOptions } from "@ts-grain/cluster-etcd";
import type { KubernetesProviderOptions } from "@ts-grain/cluster-kubernetes";

/** A certificate and what is trusted, in PEM. */
export type TlsIdentityText = Readonly<Record<"certificate" | "privateKey" | "authorities", string>>;

/** How a process of a test takes part. The program's argument, as JSON. */
export interface ProcessOptions {
  /** As the test calls it; unique. */
  readonly process: string;
  readonly role: "member" | "client";
  /** The file that it writes what happens to. */
  readonly journal: string;
  readonly clusterName: string;
  readonly consul: { readonly address: string; readonly ttlMs?: number; readonly refreshMs?: number };
  /** An etcd that is used instead of Consul. */
  readonly etcd?: EtcdProviderOptions | undefined;
  /** An API server of Kubernetes that is used instead of Consul. */
  readonly kubernetes?: KubernetesProviderOptions | undefined;
  readonly host: string;
  /** 0 = any. */
  readonly port: number;
  /** What others dial, if it is not the host and port. */
  readonly advertisedHost?: string | undefined;
  /** Listens on an address that others reach, without TLS. */
  readonly insecure?: boolean | undefined;
  readonly tls?: TlsIdentityText | undefined;
  readonly clusterToken?: string | undefined;
  /** What a member hosts. Default witnesses. */
  readonly kinds?: readonly HostedKind[] | undefined;
  readonly idleTimeoutMs?: number | undefined;
  readonly maxCachedLocations?: number | undefined;
  /** Milliseconds that a witness takes to come to life. Default 0. */
  readonly activationMs?: number | undefined;
  readonly shutdownTimeoutMs?: number | undefined;
  /** Milliseconds until a member that is silent in the gossip is taken for gone. */
  readonly heartbeatExpiryMs?: number | undefined;
  /** When it begins to join. Default at once. */
  readonly begins?: "when told" | undefined;
}

/** What a member may host. */
type HostedKind = "Witness" | "c" | "b.c";

/** Milliseconds that stand for a call that is never answered. */
export const foreverMs: number = 2 ** 31 - 1;

/** Calls at a fixed rate, whether those before have returned or not. */
export interface LoadOptions {
  /** Names the calls; unique in the test. */
  readonly sender: string;
  readonly callsPerSecond: number;
  /** The identities that are called, one after the other. */
  readonly identities: readonly string[];
  /** Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds that each call is held, or `foreverMs`. Default 0. */
  readonly holdMs?: number | undefined;
  readonly blockMs?: number | undefined;
}

/** A command on its way: one JSON line on the process's input. */
export interface Asked {
  readonly number: number;
  readonly command: Command;
}

/** An answer on its way: one JSON line. The one with number 0 comes by itself, once the process has joined or failed to. */
export interface Answered {
  readonly number: number;
  readonly answer: Answer;
}

/** What a process may be told. */
export type Command =
  | { readonly do: "start_load"; readonly load: LoadOptions }
  /** Answered when the last call has settled. */
  | { readonly do: "stop_load"; readonly sender: string }
  /** So many calls at once; answered when they have settled. */
  | { readonly do: "burst"; readonly load: LoadOptions; readonly calls: number }
  /** Lets so many members join from this process and leave again; answered when the last has left. */
  | { readonly do: "visit"; readonly visits: Visits }
  /** So many callers, who call until each of the identities was served; answered then. */
  | { readonly do: "insist"; readonly load: LoadOptions; readonly callers: number }
  | { readonly do: "say"; readonly say: Say }
  | { readonly do: "report" }
  /** The program ends as a faulty one does. */
  | { readonly do: "crash"; readonly how: Crash };

/** Members that join under new ids and leave in order. */
export interface Visits {
  readonly count: number;
  /** How many of them there are at a time. */
  readonly atOnce: number;
}

/** A grain that is to say who it is. */
export interface Say {
  readonly of: "c" | "b.c";
  readonly identity: string;
}

/** Who a grain is, and how often it was asked. */
export interface Said {
  readonly identity: string;
  readonly count: number;
}

/** How a faulty program ends: by itself, by an error that nobody catches, or by taking all memory. */
export type Crash = "exit" | "throw" | "leak";

/** What a process answers. */
export type Answer =
  | { readonly kind: "joined"; readonly address: string; readonly id: string | undefined }
  | { readonly kind: "failed"; readonly problem: string }
  | { readonly kind: "done" }
  | { readonly kind: "said"; readonly said: Said }
  | { readonly kind: "report"; readonly report: Report };

/** How a process is. */
export interface Report {
  readonly stats: ClusterStats;
  readonly members: readonly string[];
  readonly readiness: Readiness;
  /** What is in use for good, where the process can collect garbage: with `--expose-gc`. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Sockets, timers and the like that are open, by type. */
  readonly resources: Readonly<Record<string, number>>;
}
