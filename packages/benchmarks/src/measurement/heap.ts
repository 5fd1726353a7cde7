/**
 * Bytes of live objects on the heap, after a forced collection.
 *
 * @throws Error unless Node runs with `--expose-gc`.
 */
export function liveHeapBytes(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("memory is measured with node --expose-gc");
  // What finalisers and weak references held goes with the second collection.
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}
