import type { GeneratedFile, ImportSymbol } from "@bufbuild/protoplugin";

/** The runtime behind generated code. Users upgrade it apart from the code that they generated, hence the version. */
export const codegenv1 = "@ts-grain/cluster/codegenv1";

/** What generated code uses of the runtime. */
export interface RuntimeSymbols {
  readonly Awaitable: ImportSymbol;
  readonly GrainCallContext: ImportSymbol;
  readonly GrainCallOptions: ImportSymbol;
  readonly GrainCaller: ImportSymbol;
  readonly GrainError: ImportSymbol;
  readonly GrainErrorOptions: ImportSymbol;
  readonly GrainFactory: ImportSymbol;
  readonly GrainHooks: ImportSymbol;
  readonly GrainKind: ImportSymbol;
  readonly Kind: ImportSymbol;
  readonly KindOptions: ImportSymbol;
  /** protobuf-es' type of what makes a message of a schema. */
  readonly MessageInitShape: ImportSymbol;
  readonly grainClient: ImportSymbol;
  readonly grainKind: ImportSymbol;
  readonly grainService: ImportSymbol;
}

/** Symbols of the runtime, of which a file imports those that are printed in it. */
export function runtimeSymbols(f: GeneratedFile): RuntimeSymbols {
  const type = (name: keyof RuntimeSymbols): ImportSymbol => f.import(name, codegenv1, true);
  const value = (name: keyof RuntimeSymbols): ImportSymbol => f.import(name, codegenv1);
  return {
    Awaitable: type("Awaitable"),
    GrainCallContext: type("GrainCallContext"),
    GrainCallOptions: type("GrainCallOptions"),
    GrainCaller: type("GrainCaller"),
    GrainError: value("GrainError"),
    GrainErrorOptions: type("GrainErrorOptions"),
    GrainFactory: type("GrainFactory"),
    GrainHooks: type("GrainHooks"),
    GrainKind: value("GrainKind"),
    Kind: type("Kind"),
    KindOptions: type("KindOptions"),
    MessageInitShape: f.import("MessageInitShape", "@bufbuild/protobuf", true),
    grainClient: value("grainClient"),
    grainKind: value("grainKind"),
    grainService: value("grainService"),
  };
}
