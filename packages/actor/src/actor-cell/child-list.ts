/** An element of a `ChildList`, which holds its own place in it. */
export interface ChildNode<Child> {
  /** The next older one. */
  older: Child | undefined;
  /** The next younger one. */
  younger: Child | undefined;
}

/**
 * The children of an actor, linked through the children themselves: an actor without children costs nothing, and one
 * with a million finds each of them at once.
 */
export class ChildList<Child extends ChildNode<Child>> {
  #youngest: Child | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(child: Child): void {
    child.older = this.#youngest;
    if (this.#youngest !== undefined) this.#youngest.younger = child;
    this.#youngest = child;
    this.#size++;
  }

  /** Takes out a child, which must be in this list. */
  remove(child: Child): void {
    if (child.older !== undefined) child.older.younger = child.younger;
    if (child.younger === undefined) this.#youngest = child.older;
    else child.younger.older = child.older;
    child.older = undefined;
    child.younger = undefined;
    this.#size--;
  }

  /** Youngest first. The one that was given out last may be removed meanwhile. */
  *[Symbol.iterator](): Generator<Child, void> {
    let child = this.#youngest;
    while (child !== undefined) {
      const { older } = child;
      yield child;
      child = older;
    }
  }
}
