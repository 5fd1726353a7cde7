/** Shown to who starts the plugin by hand. */
export const helpText = `protoc-gen-ts-grain prints typed grain clients and abstract Kind classes from protobuf services.

Compilers start it: it reads a CodeGeneratorRequest on stdin and writes a CodeGeneratorResponse to stdout.
Let it run beside protoc-gen-es, whose files its own import. With buf, in buf.gen.yaml:

  version: v2
  inputs:
    - directory: proto
  plugins:
    - local: protoc-gen-es
      out: src/gen
      opt: [target=ts, import_extension=ts, erasable_syntax=true]
    - local: protoc-gen-ts-grain
      out: src/gen
      opt: [target=ts, import_extension=ts]

then \`npx buf generate\`. With protoc:

  protoc -I proto --plugin=node_modules/.bin/protoc-gen-es --plugin=node_modules/.bin/protoc-gen-ts-grain \\
    --es_out=src/gen --es_opt=target=ts --ts-grain_out=src/gen --ts-grain_opt=target=ts proto/*.proto

Parameters
  target=ts|js|dts       what to print, joined by "+"; default js+dts
  import_extension=...   none (default), js or ts
  streaming=error|skip   refuse streaming rpcs (default), or warn and leave them out
  lock=PATH              compare with a contract lock such as ts-grain.lock.json, and keep it
  codecs=on|off          print codecs for what grains exchange (default), or leave it to protobuf-es
  and js_import_style, rewrite_imports, map_imports, ts_nocheck, elide_plugin_version, keep_empty_files as
  in protoc-gen-es.

Options
  --version, -v   the version
  --help, -h      this text
`;
