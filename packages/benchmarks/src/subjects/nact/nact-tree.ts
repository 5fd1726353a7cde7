import { dispatch, type Ref, spawnStateless } from "nact";
import { type Branch, BranchSum, childBranch, treeArity } from "../tree.ts";

type TreeMessage = "start" | number;

/** Where a tree begins: its first actor's parent, and its name there. */
interface TreeRoot {
  readonly parent: Ref<never>;
  readonly name: string;
  readonly levels: number;
}

export function growTree({ parent, name, levels }: TreeRoot): Promise<number> {
  return new Promise((resolve) => {
    spawnBranch(parent, { name, branch: { levels, first: 0 }, tell: resolve });
  });
}

interface TreePlace {
  readonly name: string;
  readonly branch: Branch;
  readonly tell: (sum: number) => void;
}

function spawnBranch(parent: Ref<never>, { name, branch, tell }: TreePlace): void {
  const sum = new BranchSum();
  const actor = spawnStateless(
    parent,
    (message: TreeMessage, { self }) => {
      if (message !== "start") {
        const total = sum.add(message);
        if (total !== undefined) tell(total);
      } else if (branch.levels === 0) {
        tell(branch.first);
      } else {
        spawnChildren(self, branch);
      }
    },
    name,
  );
  dispatch(actor, "start");
}

function spawnChildren(self: Ref<TreeMessage>, branch: Branch): void {
  for (let index = 0; index < treeArity; index++) {
    spawnBranch(self as Ref<never>, {
      name: String(index),
      branch: childBranch(branch, index),
      tell: (sum) => dispatch(self, sum),
    });
  }
}
