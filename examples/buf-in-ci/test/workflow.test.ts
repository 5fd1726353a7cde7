import { afterAll, afterEach, expect, test } from "vitest";
import { Clone, readSteps, type Step } from "./clone.ts";

const clone = new Clone();
afterEach(() => clone.reset());
afterAll(() => clone[Symbol.dispose]());

const steps = readSteps();
/** What needs a host that this test does not have: actions, and the registry. */
const isElsewhere = ({ uses, run }: Step): boolean => uses !== undefined || run === "npm ci";
const here = steps.filter((step) => !isElsewhere(step));

function commandsOf(name: string): string {
  const commands = here.find((step) => step.name === name)?.run;
  if (!commands) throw new Error(`no step is named ${name}`);
  return commands;
}

test("the workflow checks out all of main, installs Node and the packages, and names what it then runs", () => {
  const prepared = steps.filter(isElsewhere).map(({ uses, run }) => uses?.replace(/@v\d+$/, "") ?? run);
  expect(prepared).toEqual(["actions/checkout", "actions/setup-node", "npm ci"]);
  expect(here.every(({ name, run }) => name && run)).toBe(true);
});

test.each(here)("$name: holds for what is committed", ({ run }) => {
  const { status, told } = clone.run(run!);
  expect(told).not.toMatch(/warn/i);
  expect({ status, told }).toMatchObject({ status: 0 });
});

const generate = "Code can be generated";
const addItem = "  rpc AddItem(AddItemRequest) returns (AddItemResponse);\n";
const listItems = "  rpc ListItems(ListItemsRequest) returns (ListItemsResponse);\n";
const another = "  // Forgets all.\n  rpc Clear(AddItemRequest) returns (AddItemResponse);\n";

/** A change that was committed, and the step that must not let it through. */
interface Break {
  readonly name: string;
  readonly step: string;
  readonly text: string;
  readonly by: string;
  readonly tells: string;
}

const breaks: readonly Break[] = [
  {
    name: "a field whose name breaks the rules",
    step: "The contract keeps the rules",
    ...{ text: "string article = 1", by: "string Article = 1" },
    tells: "should be lower_snake_case",
  },
  {
    name: "a contract that is not formatted",
    step: "The contract is formatted",
    ...{ text: "  int32 quantity = 2;", by: "    int32 quantity  =  2;" },
    tells: "quantity",
  },
  {
    name: "a field of another type",
    step: "Messages can be read by those that know the contract of main",
    ...{ text: "int32 quantity = 2", by: "string quantity = 2" },
    tells: "changed type",
  },
  {
    name: "an rpc before those that there were",
    step: generate,
    ...{ text: addItem, by: another + addItem },
    tells: "travels as 1, and as 0 with members of the earlier contract",
  },
  {
    name: "an rpc whose code was not committed",
    step: "What was generated is what was committed",
    ...{ text: listItems, by: listItems + another },
    tells: "clear(",
  },
  {
    name: "an rpc that nobody has implemented",
    step: "Every rpc has its method",
    ...{ text: listItems, by: listItems + another },
    tells: "clear",
  },
];

test.each(breaks)("$name is caught by: $step", ({ step, text, by, tells }) => {
  clone.edit("proto/orders/v1/orders.proto", text, by);
  clone.commit();
  const names = here.map(({ name }) => name);
  if (names.indexOf(step) > names.indexOf(generate)) clone.run(commandsOf(generate));
  const { status, told } = clone.run(commandsOf(step));
  expect(status).not.toBe(0);
  expect(told).toContain(tells);
});
