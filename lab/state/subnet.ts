import { randomInt } from "node:crypto";
import { lstatSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { LabError, run } from "../run.ts";
import { claimsDir, labDir } from "./record.ts";

interface Route {
  readonly dst: string;
}

const claimFile = (subnet: readonly [number, number]): string =>
  join(claimsDir, `10.${subnet[0]}.${subnet[1]}`);

function numberOf(address: string): number {
  return address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** True when a routed network ("10.0.0.0/8", "10.1.2.3") shares an address with 10.x.y.0/24. */
export function overlaps(network: string, subnet: readonly [number, number]): boolean {
  const [address = "", length = "32"] = network.split("/");
  const size = 2 ** (32 - Math.min(Number(length), 24));
  const start = numberOf(`10.${subnet[0]}.${subnet[1]}.0`);
  return Math.floor(numberOf(address) / size) === Math.floor(start / size);
}

/** The lab that holds a claim is gone when its folder is. */
function isStale(file: string): boolean {
  try {
    lstatSync(labDir(readlinkSync(file)));
    return false;
  } catch {
    return true;
  }
}

/**
 * Claims a /24 of 10.208.0.0/12 that neither this machine's routes nor another lab use.
 * The claim is a symbolic link that names the lab: made in one step, so two labs cannot both have it.
 */
export async function claimSubnet(lab: string): Promise<readonly [number, number]> {
  const routes = JSON.parse(
    (await run(["ip", "-j", "-4", "route", "show", "table", "all"])).stdout,
  ) as Route[];
  const networks = routes.map((route) => route.dst).filter((dst) => /^\d/.test(dst) && dst !== "0.0.0.0/0");
  for (let attempt = 0; attempt < 500; attempt++) {
    const subnet = [208 + randomInt(16), randomInt(256)] as const;
    if (networks.some((network) => overlaps(network, subnet))) continue;
    const file = claimFile(subnet);
    if (attempt > 250 && isStale(file)) rmSync(file, { force: true });
    try {
      symlinkSync(lab, file);
      return subnet;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  throw new LabError("no free /24 in 10.208.0.0/12: take other labs down (npm run lab:status lists them)");
}

export function releaseSubnet(lab: string, prefix: string): void {
  const file = join(claimsDir, prefix);
  try {
    if (readlinkSync(file) === lab) rmSync(file);
  } catch {
    // Already released.
  }
}
