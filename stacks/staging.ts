import { shop } from "./site/site.ts";

export const stack = shop({ name: "staging", net: "10.20.0", pairs: 2, serversPerPair: 2 });
