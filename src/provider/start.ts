// Loaded before a program by `nodeargs: --import tandem-lb/start`. Pulumi's SDK loads the TypeScript compiler, npm's
// Arborist and what looks at the program's packages for programs whose functions become part of the deployment, the
// OpenTelemetry SDK for those that are traced, and its own Automation API: four fifths of the start of a program that
// needs none of it. They come when they are used, if they ever are.
import Module from "node:module";

const LATER = new Set([
  "typescript",
  "@npmcli/arborist",
  "normalize-package-data",
  "fdir",
  "js-yaml",
  "source-map-support/register",
  "./automation",
  "@opentelemetry/exporter-zipkin",
  "@opentelemetry/instrumentation",
  "@opentelemetry/instrumentation-grpc",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/sdk-trace-node",
]);

type Load = (request: string, parent: { readonly filename?: string } | undefined, isMain: boolean) => unknown;
const modules = Module as unknown as { _load: Load };
const load = modules._load;

modules._load = function (request, parent, isMain) {
  const now = () => load.call(this, request, parent, isMain) as object;
  const forSdk = parent?.filename?.includes("/@pulumi/pulumi/") === true;
  return forSdk && LATER.has(request) ? whenUsed(now) : now();
};

/** Stands for a module until something of it is asked for. */
function whenUsed(now: () => object): object {
  let found: object | undefined;
  const module = () => {
    found ??= now();
    return found;
  };
  // The SDK copies what does not say of itself that it is an ES module, and a copy would be made at once; what then
  // stands for the module is its `default`.
  const get = (name: string | symbol): unknown => {
    if (name === "__esModule") return true;
    const copied = name === "default" && Reflect.get(module(), "__esModule") !== true;
    return copied ? module() : Reflect.get(module(), name);
  };
  return new Proxy(
    {},
    {
      get: (_, name) => get(name),
      has: (_, name) => Reflect.has(module(), name),
      ownKeys: () => Reflect.ownKeys(module()),
      getOwnPropertyDescriptor: (_, name) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(module(), name);
        return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
      },
    },
  );
}
