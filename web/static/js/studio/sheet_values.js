// What somebody writes into a cell of a decision table, as the definition holds it, and back in words.
const COMPARED = /^(==|!=|<=|>=|<|>)\s*(.*)$/s;
const NONE = ["none", "null", "~"];

// The value to be put; undefined where the cell is to be left empty: anything, or no result.
export function valueOf(text, column, isCondition) {
  const words = text.trim();
  if (!words || (isCondition && words === "-")) return undefined;
  if (!isCondition) return NONE.includes(words) ? null : one(words, column);
  const compared = words.match(COMPARED);
  if (compared) return `${compared[1]} ${keyOf(compared[2], column)}`;
  const parts = words.split(/[,，、;；]/).map((part) => part.trim()).filter(Boolean).map((part) => (NONE.includes(part) ? "none" : one(part, column)));
  return parts.length === 1 ? parts[0] : parts;
}

function keyOf(words, column) {
  const low = words.toLowerCase();
  const found = column.choices.find(([key, said]) => key.toLowerCase() === low || said.toLowerCase() === low);
  return found ? found[0] : words;
}

function one(words, column) {
  const key = keyOf(words, column);
  if (column.type === "bool") return key === "true" ? true : key === "false" ? false : key;
  if (column.type === "number" && key !== "" && Number.isFinite(Number(key))) return Number(key);
  return key;
}

export function titled(text, column) {
  return text.split(", ").map((part) => column.choices.find(([key]) => key === part)?.[1] ?? part).join(", ");
}
