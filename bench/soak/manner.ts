/** How an origin may behave; `sick`: only towards checks. */
export const manners = ["good", "slow", "reset", "cut", "stall", "junk", "silent", "sick"] as const;
export type Manner = (typeof manners)[number];
