import { type ActorSystem, type DeadLetter, type PID, platformEventLoop, Unwatch } from "@ts-grain/actor";
import type { EndpointServices, Self } from "./endpoint/endpoint-services.ts";
import type { ExposedProcesses } from "./endpoint/exposed-processes.ts";
import { LastLetters } from "./endpoint/last-letters.ts";
import { PeerTypes } from "./endpoint/peer-types.ts";
import { PeerWatches } from "./endpoint/peer-watches.ts";
import { Refusals } from "./endpoint/refusals.ts";
import type { RemoteConfig } from "./remote-config.ts";
import type { Transport } from "./transport/transport.ts";
import type { TypeRegistry } from "./wire/type-registry.ts";

/** What the services of a remote are made of, beside its system. */
export interface ServiceParts {
  readonly self: Self;
  readonly config: RemoteConfig;
  readonly transport: Transport;
  readonly types: TypeRegistry;
  readonly exposed: ExposedProcesses;
}

/** What a remote gives its endpoints and sessions to work with. */
export function servicesFor(
  system: ActorSystem,
  { self, config, transport, types, exposed }: ServiceParts,
): EndpointServices {
  const { processes, eventStream, clock, random, logger } = system;
  const { eventLoop = platformEventLoop } = clock;
  const { maxFailures, timeoutMs, backoff } = config.connect;
  const later = (callback: () => void): void => eventLoop.later(callback);
  const recall = (handedOut: PID): PID => exposed.recall(handedOut);
  const deadLetter = (letter: DeadLetter): void => processes.deadLetter(letter);
  return {
    self,
    membership: config.membership,
    peerTypes: new PeerTypes(),
    peerWatches: new PeerWatches({
      clock,
      mostOfAPeer: config.maxPeerWatches,
      patienceMs: maxFailures * (timeoutMs + backoff.maxMs),
      drop: ({ watcher, watchee }) =>
        processes.getLocal(watchee.id)?.sendSystem(watchee, new Unwatch(watcher)),
    }),
    transport,
    types,
    processes,
    clock,
    random,
    logger,
    connect: config.connect,
    outbox: config.outbox,
    batchLimits: config.batchLimits,
    refusals: new Refusals(),
    lastLetters: new LastLetters({ types, later, recall, deadLetter, logger }),
    losses: { messages: 0 },
    farewells: new Set(),
    soon: (callback) => eventLoop.soon(callback),
    later,
    publish: (event) => eventStream.publish(event),
    handOut: (sender, peerAddress) => exposed.handOut(sender, peerAddress),
    recall,
    deadLetter,
  };
}
