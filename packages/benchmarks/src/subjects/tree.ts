/** Children of each actor of a tree that is not a leaf. */
export const treeArity = 10;

/** A part of the tree: its leaves have the numbers from `first` on. */
export interface Branch {
  /** Levels below; 0 for a leaf. */
  readonly levels: number;
  readonly first: number;
}

/** The child of the given index, from 0 to 9. */
export function childBranch({ levels, first }: Branch, index: number): Branch {
  return { levels: levels - 1, first: first + index * treeArity ** (levels - 1) };
}

/** Adds up what the children of a branch tell. */
export class BranchSum {
  #missing = treeArity;
  #sum = 0;

  /** The sum once all children have told theirs. */
  add(sum: number): number | undefined {
    this.#sum += sum;
    return --this.#missing === 0 ? this.#sum : undefined;
  }
}
