import {
  type ActorContext,
  ActorSystem,
  type PID,
  propsFromFunction,
  propsFromProducer,
  Started,
} from "@ts-grain/actor";
import { playGames } from "../ball-game.ts";
import type { Counter, Game, IdleActors, LocalSubject, Responder } from "../local-subject.ts";
import { Answer, Question, ReadCount, Tick } from "../messages.ts";
import { AsyncPlayerActor, PlayerActor } from "./player-actors.ts";
import { TreeActor } from "./tree-actor.ts";

/** Our runtime, with every option at its default. */
export function createTsGrain(): LocalSubject {
  const system = new ActorSystem();
  return {
    play: (game) => play(system, game),
    openCounter: () => openCounter(system),
    openResponder: () => openResponder(system),
    spawnIdle: (count) => spawnIdle(system, count),
    growTree: (levels) => growTree(system, levels),
  };
}

function play({ root }: ActorSystem, game: Game): Promise<number> {
  const Actor = game.handlers === "sync" ? PlayerActor : AsyncPlayerActor;
  return playGames<PID>(game, {
    spawn: (player) => root.spawn(propsFromProducer(() => new Actor(player))),
    serve: (player, ball) => root.send(player, ball),
  });
}

function openCounter({ root }: ActorSystem): Counter {
  let count = 0;
  const receive = (context: ActorContext) => {
    if (context.message instanceof Tick) count++;
    else if (context.message instanceof ReadCount) context.respond(count);
  };
  const pid = root.spawn(propsFromFunction(receive));
  const tick = new Tick();
  return {
    tell(messages) {
      for (let index = 0; index < messages; index++) root.send(pid, tick);
    },
    readCount: () => root.requestAsync<number>(pid, new ReadCount(), { timeoutMs: 120_000 }),
  };
}

function openResponder({ root }: ActorSystem): Responder {
  const receive = (context: ActorContext) => {
    const { message } = context;
    if (message instanceof Question) context.respond(new Answer(message.number + 1));
  };
  const pid = root.spawn(propsFromFunction(receive));
  return { ask: (number) => root.requestAsync<Answer>(pid, new Question(number)) };
}

async function spawnIdle({ root }: ActorSystem, count: number): Promise<IdleActors> {
  const all = Promise.withResolvers<void>();
  let started = 0;
  class Idle {
    receive({ message }: ActorContext): void {
      if (message instanceof Started && ++started === count) all.resolve();
    }
  }
  const props = propsFromProducer(() => new Idle());
  const handles = new Array<PID>(count);
  for (let index = 0; index < count; index++) handles[index] = root.spawn(props);
  await all.promise;
  return { started, handles };
}

function growTree({ root }: ActorSystem, levels: number): Promise<number> {
  return new Promise((resolve) => {
    root.spawn(propsFromProducer(() => new TreeActor({ levels, first: 0 }, (_, sum) => resolve(sum))));
  });
}
