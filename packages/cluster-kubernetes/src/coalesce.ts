/**
 * Takes in what a source gives as it comes, also while nobody asks, and yields how much of it was news since the last time: many things
 * that come faster than they are asked for are one. Ends or throws as the source does, once what came before has been yielded.
 *
 * @param take says whether it was news
 */
export async function* coalesce<T>(
  source: AsyncIterable<T>,
  take: (thing: T) => boolean,
): AsyncIterable<number> {
  let news = 0;
  let isOver = false;
  let waiting = Promise.withResolvers<void>();
  const reading = readAll(source, (thing) => {
    if (!take(thing)) return;
    news++;
    waiting.resolve();
  }).finally(() => {
    isOver = true;
    waiting.resolve();
  });
  // It is awaited at the end; until then nobody may miss a failure.
  reading.catch(() => undefined);
  for (;;) {
    await waiting.promise;
    if (news === 0) break;
    const came = news;
    news = 0;
    if (!isOver) waiting = Promise.withResolvers();
    yield came;
  }
  await reading;
}

async function readAll<T>(source: AsyncIterable<T>, take: (thing: T) => void): Promise<void> {
  for await (const thing of source) take(thing);
}
