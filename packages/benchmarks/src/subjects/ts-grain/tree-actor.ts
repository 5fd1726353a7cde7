import { type Actor, type ActorContext, propsFromProducer, Started } from "@ts-grain/actor";
import { type Branch, BranchSum, childBranch, treeArity } from "../tree.ts";

type Tell = (context: ActorContext, sum: number) => void;

const tellParent: Tell = (context, sum) => context.send(context.parent!, sum);

export class TreeActor implements Actor {
  readonly #branch: Branch;
  readonly #tell: Tell;
  #sum: BranchSum | undefined;

  constructor(branch: Branch, tell: Tell) {
    this.#branch = branch;
    this.#tell = tell;
  }

  receive(context: ActorContext): void {
    const { message } = context;
    if (message instanceof Started) this.#start(context);
    else if (typeof message === "number") this.#add(context, message);
  }

  #start(context: ActorContext): void {
    if (this.#branch.levels === 0) {
      this.#tell(context, this.#branch.first);
      return;
    }
    this.#sum = new BranchSum();
    for (let index = 0; index < treeArity; index++) {
      const branch = childBranch(this.#branch, index);
      context.spawn(propsFromProducer(() => new TreeActor(branch, tellParent)));
    }
  }

  #add(context: ActorContext, sum: number): void {
    const total = this.#sum!.add(sum);
    if (total !== undefined) this.#tell(context, total);
  }
}
