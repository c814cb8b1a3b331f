import { defineLabStack, labSetup } from "./lab/setup.ts";

/** The lab's pair; its addresses differ from lab to lab, so they come from the environment. */
export const stack = defineLabStack(labSetup(process.env.TANDEM_LAB));
