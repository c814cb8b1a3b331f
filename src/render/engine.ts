import Handlebars from "handlebars";
import { templates } from "./templates.ts";

export type TemplateName = keyof typeof templates;

// Strict mode lets `{{#each missing}}` and `{{#if missing}}` pass in silence; these do not.
const handlebars = Handlebars.create();
const builtIn = { each: handlebars.helpers.each, if: handlebars.helpers.if };
handlebars.registerHelper("each", function (this: unknown, list: unknown, options: Handlebars.HelperOptions) {
  if (!Array.isArray(list)) throw new TypeError("a template loops over something that is no list");
  return builtIn.each?.call(this, list, options);
});
handlebars.registerHelper("if", function (this: unknown, value: unknown, options: Handlebars.HelperOptions) {
  if (value === undefined) throw new TypeError("a template asks for something that the model does not have");
  return builtIn.if?.call(this, value, options);
});

const compiled = new Map<TemplateName, Handlebars.TemplateDelegate>();

/** The text of a template over a complete model; an absent field is an error, nothing is escaped. */
export function fillTemplate(name: TemplateName, model: object): string {
  const template = compiled.get(name) ?? compile(name);
  return template(model);
}

function compile(name: TemplateName): Handlebars.TemplateDelegate {
  const template = handlebars.compile(templates[name], {
    strict: true,
    noEscape: true,
    knownHelpers: { each: true, if: true },
    knownHelpersOnly: true,
  });
  compiled.set(name, template);
  return template;
}
