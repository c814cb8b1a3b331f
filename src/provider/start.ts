// Loaded before a program by `nodeargs: --import tandem-lb/start`. Pulumi's SDK loads the TypeScript compiler and npm's
// Arborist for programs whose functions become part of the deployment, two thirds of the start of a program that
// has none. They come when they are used, if they ever are.
import Module from "node:module";

const LATER = new Set(["typescript", "@npmcli/arborist"]);

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
  return new Proxy(
    {},
    {
      // The SDK copies what does not say this of itself, and a copy would be made at once.
      get: (_, name) => (name === "__esModule" ? true : Reflect.get(module(), name)),
      has: (_, name) => Reflect.has(module(), name),
      ownKeys: () => Reflect.ownKeys(module()),
      getOwnPropertyDescriptor: (_, name) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(module(), name);
        return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
      },
    },
  );
}
