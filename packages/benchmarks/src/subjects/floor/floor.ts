import { type Ball, type Player, playGames } from "../ball-game.ts";
import type { Counter, Game, IdleActors, LocalSubject, Responder } from "../local-subject.ts";
import { Answer, Question, ReadCount, Tick } from "../messages.ts";
import { BareActor, type Behaviour, type Spawn } from "./bare-actor.ts";
import { BareLoop } from "./bare-loop.ts";
import { growTree } from "./bare-tree.ts";

/** The best that the platform gives: a mailbox and a loop. No supervision, no deadlines, no fairness. */
export function createFloor(): LocalSubject {
  const loop = new BareLoop();
  const spawn: Spawn = (behaviour) => new BareActor(loop, behaviour);
  return {
    play: (game) => play(spawn, game),
    openCounter: () => openCounter(spawn),
    openResponder: () => openResponder(spawn),
    spawnIdle: (count) => spawnIdle(spawn, count),
    growTree: (levels) => growTree(spawn, levels),
  };
}

function play(spawn: Spawn, game: Game): Promise<number> {
  const Handler = game.handlers === "sync" ? SyncPlayer : AsyncPlayer;
  return playGames<BareActor>(game, {
    spawn: (player) => spawn(new Handler(player)),
    serve: (player, ball) => player.send(ball),
  });
}

class SyncPlayer implements Behaviour {
  readonly #player: Player<BareActor>;

  constructor(player: Player<BareActor>) {
    this.#player = player;
  }

  receive(ball: unknown): void {
    if (this.#player.catchBall()) this.#player.partner!.send(ball as Ball);
  }
}

class AsyncPlayer implements Behaviour {
  readonly #player: Player<BareActor>;

  constructor(player: Player<BareActor>) {
    this.#player = player;
  }

  async receive(ball: unknown): Promise<void> {
    if (this.#player.catchBall()) this.#player.partner!.send(ball as Ball);
  }
}

function openCounter(spawn: Spawn): Counter {
  const actor = spawn(new TickCounter());
  const tick = new Tick();
  return {
    tell(messages) {
      for (let index = 0; index < messages; index++) actor.send(tick);
    },
    readCount: () => new Promise((resolve) => actor.send(new ReadCount(), resolve)),
  };
}

class TickCounter implements Behaviour {
  #count = 0;

  receive(message: unknown, answer: unknown): void {
    if (message instanceof Tick) this.#count++;
    else (answer as (count: number) => void)(this.#count);
  }
}

function openResponder(spawn: Spawn): Responder {
  const actor = spawn(new Successor());
  return { ask: (number) => new Promise((resolve) => actor.send(new Question(number), resolve)) };
}

class Successor implements Behaviour {
  receive(question: unknown, answer: unknown): void {
    (answer as (answer: Answer) => void)(new Answer((question as Question).number + 1));
  }
}

async function spawnIdle(spawn: Spawn, count: number): Promise<IdleActors> {
  const all = Promise.withResolvers<void>();
  let started = 0;
  const countStart = () => {
    if (++started === count) all.resolve();
  };
  const handles = new Array<BareActor>(count);
  for (let index = 0; index < count; index++) {
    const actor = spawn(new Idle(countStart));
    actor.send("started");
    handles[index] = actor;
  }
  await all.promise;
  return { started, handles };
}

class Idle implements Behaviour {
  readonly #start: () => void;

  constructor(start: () => void) {
    this.#start = start;
  }

  receive(): void {
    this.#start();
  }
}
