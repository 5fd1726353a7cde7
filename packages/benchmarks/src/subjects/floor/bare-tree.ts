import { type Branch, BranchSum, childBranch, treeArity } from "../tree.ts";
import type { BareActor, Behaviour, Spawn } from "./bare-actor.ts";

export function growTree(spawn: Spawn, levels: number): Promise<number> {
  return new Promise((resolve) => {
    spawnBranch({ levels, first: 0 }, { spawn, parent: { send: (sum) => resolve(sum) } });
  });
}

interface TreePlace {
  readonly spawn: Spawn;
  readonly parent: { send(sum: number): void };
}

function spawnBranch(branch: Branch, place: TreePlace): void {
  const node = new BareTreeNode(branch, place);
  node.self = place.spawn(node);
  node.self.send("started");
}

class BareTreeNode implements Behaviour {
  self: BareActor | undefined;
  readonly #branch: Branch;
  readonly #place: TreePlace;
  #sum: BranchSum | undefined;

  constructor(branch: Branch, place: TreePlace) {
    this.#branch = branch;
    this.#place = place;
  }

  receive(message: unknown): void {
    if (message !== "started") this.#add(message as number);
    else if (this.#branch.levels === 0) this.#place.parent.send(this.#branch.first);
    else this.#grow();
  }

  #grow(): void {
    this.#sum = new BranchSum();
    const place = { spawn: this.#place.spawn, parent: this.self! };
    for (let index = 0; index < treeArity; index++) spawnBranch(childBranch(this.#branch, index), place);
  }

  #add(sum: number): void {
    const total = this.#sum!.add(sum);
    if (total !== undefined) this.#place.parent.send(total);
  }
}
