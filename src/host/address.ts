/** An address without its prefix length. */
export function bareAddress(address: string): string {
  return address.split("/")[0] ?? address;
}
