/** A backend's slot as it is sealed, and back. */
export const writeSlot = (values: Readonly<Record<string, string>>): string => JSON.stringify(values);

export const readSlot = (text: string | undefined): Record<string, string> =>
  text === undefined ? {} : (JSON.parse(text) as Record<string, string>);
