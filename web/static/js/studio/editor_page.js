// What a page with an editor starts: the room itself, which other modules import as well.
import "./editor.js";
