import { shop } from "./site/site.ts";

export const stack = shop({ name: "dev", net: "10.10.0", pairs: 1, serversPerPair: 1 });
