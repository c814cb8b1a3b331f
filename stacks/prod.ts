import { shop } from "./site/site.ts";

export const stack = shop({ name: "prod", net: "10.30.0", pairs: 4, serversPerPair: 4 });
