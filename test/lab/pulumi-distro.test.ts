import { wholeWay } from "./whole-way.ts";

wholeWay("distro");
