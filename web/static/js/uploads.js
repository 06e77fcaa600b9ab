// Sends chosen or dropped files at once, and keeps their ids in the form. Without it the form sends the files itself.
export function startUploads() {
  addEventListener("change", (event) => {
    const input = event.target.closest?.("[data-files] input[type=file]");
    if (!input) return;
    event.stopPropagation();
    send(input, [...input.files]);
  }, true);
  for (const name of ["dragover", "dragleave", "drop"]) {
    addEventListener(name, (event) => {
      const drop = event.target.closest?.("[data-drop]");
      if (!drop) return;
      event.preventDefault();
      drop.classList.toggle("drop-over", name === "dragover");
      if (name === "drop") send(drop.querySelector("input[type=file]"), [...event.dataTransfer.files]);
    });
  }
}

const words = {
  en: { busy: "Sending", done: "Added", keep: "Keep", failed: "could not be sent. Choose a smaller file or try again." },
  "zh-CN": { busy: "正在上传", done: "已添加", keep: "保留", failed: "上传失败，请选择更小的文件或重试。" },
};

async function send(input, files) {
  const box = input.closest("[data-files]");
  const state = box.querySelector("[data-upload-state]");
  const say = words[document.body.dataset.lang];
  input.value = "";
  for (const file of files) {
    state.textContent = `${say.busy} ${file.name} …`;
    const body = new FormData();
    body.append("file", file);
    try {
      const headers = JSON.parse(document.body.getAttribute("hx-headers"));
      const answer = await fetch(input.closest("[data-uploads]")?.dataset.uploads ?? "/files", { method: "POST", body, headers });
      if (!answer.ok) throw new Error(String(answer.status));
      add(box, await answer.json(), say);
      state.textContent = `${say.done}：${file.name}`;
    } catch {
      state.textContent = `${file.name} ${say.failed}`;
    }
  }
}

function add(box, file, say) {
  const line = document.createElement("div");
  line.className = "file";
  const name = document.createElement("span");
  name.className = "file-name";
  name.textContent = file.name;
  const label = document.createElement("label");
  label.className = "row-tight";
  const keep = document.createElement("input");
  Object.assign(keep, { type: "checkbox", name: box.dataset.files, value: file.id, checked: true });
  label.append(keep, say.keep);
  line.append(name, label);
  box.querySelector("[data-drop]").before(line);
  keep.dispatchEvent(new Event("change", { bubbles: true }));
}
