// A reply of a playbook goes into the reply box, behind what is written there; without the box the link leads to it.
export function startReplies() {
  addEventListener("click", (event) => {
    const link = event.target.closest("[data-reply]");
    const box = document.getElementById("say-text");
    if (!link || !box || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const kind = document.querySelector('#composer input[name="kind"][value="reply"]');
    if (kind) kind.checked = true;
    const before = box.value.trimEnd();
    box.value = before ? `${before}\n\n${link.dataset.reply}` : link.dataset.reply;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    box.scrollIntoView({ block: "center" });
  });
}
