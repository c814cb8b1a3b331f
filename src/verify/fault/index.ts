import type { FaultKind } from "../drill.ts";
import type { Fault } from "./fault.ts";
import { handover } from "./handover.ts";
import { kill } from "./kill.ts";
import { linkDown } from "./link-down.ts";
import { stop } from "./stop.ts";

export type { Fault, FaultTarget, Injected } from "./fault.ts";

/** Every fault that a drill can inject. */
export const faults: Readonly<Record<FaultKind, Fault>> = { handover, kill, stop, linkDown };
