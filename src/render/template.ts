import type Handlebars from "handlebars";
import runtime from "handlebars/runtime.js";
import { compiled } from "./compiled.ts";
import type { templates } from "./templates.ts";

export type TemplateName = keyof typeof templates;

// Strict mode lets `{{#each missing}}` and `{{#if missing}}` pass in silence; these do not.
const handlebars = (runtime as unknown as typeof Handlebars).create();
const builtIn = { each: handlebars.helpers.each, if: handlebars.helpers.if };
handlebars.registerHelper("each", function (this: unknown, list: unknown, options: Handlebars.HelperOptions) {
  if (!Array.isArray(list)) throw new TypeError("a template loops over something that is no list");
  return builtIn.each?.call(this, list, options);
});
handlebars.registerHelper("if", function (this: unknown, value: unknown, options: Handlebars.HelperOptions) {
  if (value === undefined) throw new TypeError("a template asks for something that the model does not have");
  return builtIn.if?.call(this, value, options);
});

const filled = new Map<TemplateName, Handlebars.TemplateDelegate>();

/** The text of a template over a complete model; an absent field is an error, nothing is escaped. */
export function fillTemplate(name: TemplateName, model: object): string {
  const template = filled.get(name) ?? handlebars.template(compiled[name]);
  filled.set(name, template);
  return template(model);
}
