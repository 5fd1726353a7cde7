import type { Subject } from "./subject.ts";

export interface Crossing extends Pick<Subject, "name" | "cannot"> {
  /** The subject whose program measures. */
  readonly client: Subject;
  /** The subject whose program serves. */
  readonly server: Subject;
}

/** One subject's client with another one's server. Neither is pinned, as one of them may use all cores. */
export function crossedSubject({ name, cannot, client, server }: Crossing): Subject {
  return {
    name,
    cores: "all",
    cannot,
    async prepare() {
      const measuring = await client.prepare();
      const serving = await server.prepare();
      if (measuring.state === "missing") return measuring;
      if (serving.state === "missing") return serving;
      const version = `(${client.name} asks ${server.name})`;
      return { ...serving, version, command: (...args) => measuring.command(...args) };
    },
  };
}
