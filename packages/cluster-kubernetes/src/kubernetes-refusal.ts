import { textOf } from "@ts-grain/cluster/provider";

/** What the API server answered instead of doing what it was asked for. */
export interface RefusalAnswer {
  readonly status: number;
  readonly text: string;
}

/** What the API server did not do, by its own word. */
export class KubernetesRefusal extends Error {
  readonly status: number;

  /** @param action completes "Kubernetes refused to …" */
  constructor(action: string, { status, text }: RefusalAnswer) {
    super(`Kubernetes refused to ${action}: HTTP status ${status}: ${reasonOf(text)}`);
    this.status = status;
  }
}

/** The message of a `Status` object, or the beginning of whatever else it is. */
function reasonOf(text: string): string {
  const beginning = text.slice(0, 200);
  try {
    return textOf(JSON.parse(text), "message").slice(0, 1_000) || beginning;
  } catch {
    return beginning;
  }
}
