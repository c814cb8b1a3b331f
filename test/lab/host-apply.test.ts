import { afterAll, beforeAll } from "vitest";
import { applyAgain } from "./apply/again.ts";
import { applyCutShort } from "./apply/cut-short.ts";
import { destroying } from "./apply/destroy.ts";
import { firstApply } from "./apply/first.ts";
import { begin, end } from "./apply/world.ts";

// One host for all of them: each part leaves it as the next one expects it.
beforeAll(begin);
afterAll(end);

firstApply();
applyAgain();
applyCutShort();
destroying();
