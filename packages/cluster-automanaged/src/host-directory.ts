import type { Member, ProviderContext } from "@ts-grain/cluster";
import { type MemberDirectory, parseAnswer, pause, requestJson, textOf } from "@ts-grain/cluster/provider";
import type { AutoManagedConfig } from "./auto-managed-options.ts";
import { healthPath, readHealthReport } from "./health-report.ts";

/** Who asks. */
export interface HostDirectoryOptions {
  readonly context: ProviderContext;
  /** Undefined for a client. */
  readonly self?: Member | undefined;
}

/** What is known of one host. */
interface HostRecord {
  member: Member | undefined;
  /** Questions in a row without an answer. */
  missed: number;
}

/** The members that answer on a list of hosts. */
export class HostDirectory implements MemberDirectory {
  readonly #config: AutoManagedConfig;
  readonly #options: HostDirectoryOptions;
  readonly #records: ReadonlyMap<string, HostRecord>;

  constructor(config: AutoManagedConfig, options: HostDirectoryOptions) {
    this.#config = config;
    this.#options = options;
    this.#records = new Map(config.hosts.map((host) => [host, { member: undefined, missed: 0 }]));
  }

  async *lists(signal: AbortSignal): AsyncIterable<readonly Member[]> {
    const { clock } = this.#options.context;
    while (!signal.aborted) {
      const answers = await Promise.allSettled(
        [...this.#records.keys()].map((host) => this.#ask(host, signal)),
      );
      signal.throwIfAborted();
      const answeredMs = clock.nowMs();
      if (!this.#options.self) refuseIfCutOff(answers);
      [...this.#records.entries()].forEach(([host, record], index) => {
        this.#judge(record, { host, answer: answers[index]! });
      });
      yield this.#members();
      await pause(Math.max(0, answeredMs + this.#config.pollMs - clock.nowMs()), { clock, signal });
    }
  }

  async #ask(host: string, signal: AbortSignal): Promise<Member | undefined> {
    const { fetch, answerTimeoutMs: timeoutMs } = this.#config;
    const { clock, clusterName } = this.#options.context;
    const answer = await requestJson(
      fetch,
      { url: `http://${host}${healthPath}`, timeoutMs },
      { clock, signal },
    );
    return readHealthReport(parseAnswer(answer), clusterName);
  }

  /** Who answers as somebody else has taken the place of who was there before. */
  #judge(record: HostRecord, { host, answer }: JudgedAnswer): void {
    if (answer.status === "fulfilled") {
      record.member = answer.value;
      record.missed = 0;
      return;
    }
    record.missed++;
    if (!record.member || record.missed < this.#config.misses) return;
    const fields = { host, member: record.member.id, missed: record.missed, error: answer.reason };
    this.#options.context.logger.warn(fields, "a member does not answer any more");
    record.member = undefined;
  }

  /** Each member once, however many names its host has. */
  #members(): readonly Member[] {
    const { self } = this.#options;
    const members = new Map<string, Member>(self ? [[self.id, self]] : []);
    for (const { member } of this.#records.values()) {
      if (member && !members.has(member.id)) members.set(member.id, member);
    }
    return [...members.values()];
  }
}

interface JudgedAnswer {
  readonly host: string;
  readonly answer: PromiseSettledResult<Member | undefined>;
}

/** Whom nothing reaches, not even a refusal, is cut off itself. A member could be the last one, so it counts on. */
function refuseIfCutOff(answers: readonly PromiseSettledResult<unknown>[]): void {
  const silent = answers
    .filter((answer) => answer.status === "rejected")
    .filter(({ reason }) => !isRefusal(reason));
  if (silent.length > 0 && silent.length === answers.length) throw silent[0]!.reason;
}

/** Whether the host has said that nobody listens there. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && textOf(error.cause, "code") === "ECONNREFUSED";
}
