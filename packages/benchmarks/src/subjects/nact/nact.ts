import { dispatch, query, type Ref, spawn, spawnStateless, start } from "nact";
import { type Ball, playGames } from "../ball-game.ts";
import type { Counter, Game, IdleActors, LocalSubject, Responder } from "../local-subject.ts";
import { Answer, Question, ReadCount, Tick } from "../messages.ts";
import { growTree } from "./nact-tree.ts";

/** Milliseconds that a query may take, as nact has no default: ours. */
const timeoutMs = 5_000;
/** The same for a query behind a million messages. */
const patientTimeoutMs = 120_000;

/** nact 7. Its actors have names among their siblings; the names that it makes up by chance clash in large numbers. */
export function createNact(): LocalSubject {
  const system = start();
  let spawned = 0;
  const nextName = () => `actor-${spawned++}`;
  return {
    play: (game) => play(system, nextName, game),
    openCounter: () => openCounter(system),
    openResponder: () => openResponder(system),
    spawnIdle: (count) => spawnIdle(system, nextName, count),
    growTree: (levels) => growTree({ parent: system, name: nextName(), levels }),
  };
}

type System = ReturnType<typeof start>;

function play(system: System, nextName: () => string, game: Game): Promise<number> {
  return playGames<Ref<Ball>>(game, {
    spawn: (player) => {
      const receive = (ball: Ball) => {
        if (player.catchBall()) dispatch(player.partner!, ball);
      };
      const receiveAsync = async (ball: Ball) => receive(ball);
      return spawnStateless(system, game.handlers === "sync" ? receive : receiveAsync, nextName());
    },
    serve: (player, ball) => dispatch(player, ball),
  });
}

interface Query<Question, Reply> {
  readonly question: Question;
  readonly replyTo: Ref<Reply>;
}

function spawnIdle(system: System, nextName: () => string, count: number): Promise<IdleActors> {
  let started = 0;
  const handles = Array.from({ length: count }, () =>
    spawn(system, (state: number) => state, nextName(), { initialStateFunc: () => ++started }),
  );
  return Promise.resolve({ started, handles });
}

function openCounter(system: System): Counter {
  let count = 0;
  const receive = (message: Tick | Query<ReadCount, number>) => {
    if (message instanceof Tick) count++;
    else dispatch(message.replyTo, count);
  };
  const actor = spawnStateless(system, receive);
  const tick = new Tick();
  return {
    tell(messages) {
      for (let index = 0; index < messages; index++) dispatch(actor, tick);
    },
    readCount: () =>
      query(actor, (replyTo: Ref<number>) => ({ question: new ReadCount(), replyTo }), patientTimeoutMs),
  };
}

function openResponder(system: System): Responder {
  const actor = spawnStateless(system, ({ question, replyTo }: Query<Question, Answer>) => {
    dispatch(replyTo, new Answer(question.number + 1));
  });
  return {
    ask: (number) =>
      query(actor, (replyTo: Ref<Answer>) => ({ question: new Question(number), replyTo }), timeoutMs),
  };
}
