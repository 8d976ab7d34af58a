/*
 * Sends clips one after the other, as soon as they are chosen or dropped, and says what became of
 * each. Without it the form sends them all at once.
 */
class BulkUpload extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("[data-drop]");
    this.input = this.form.querySelector('input[type="file"]');
    this.list = this.querySelector("[data-list]");
    this.queue = Promise.resolve();
    this.form.querySelector("[data-plain]").hidden = true;
    this.input.addEventListener("change", () => {
      this.add([...this.input.files]);
      this.input.value = "";
    });
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
      this.form.addEventListener(name, (event) => {
        event.preventDefault();
        this.form.classList.toggle("asyncpt-drop--over", name.startsWith("drage") || name === "dragover");
        if (name === "drop") this.add([...event.dataTransfer.files]);
      });
    }
  }

  add(files) {
    for (const file of files) {
      const row = document.createElement("li");
      row.append(file.name, ": ");
      const state = document.createElement("span");
      state.textContent = this.dataset.waiting;
      row.append(state);
      this.list.append(row);
      this.queue = this.queue.then(() => this.send(file, row, state));
    }
  }

  async send(file, row, state) {
    try {
      const result = await this.post(file, state);
      if (result.error) {
        state.textContent = result.error;
        row.classList.add("asyncpt-drop__failed");
        return;
      }
      const link = document.createElement("a");
      link.href = result.url;
      link.textContent = result.name;
      row.replaceChildren(link, ` (${this.dataset.done})`);
    } catch {
      state.textContent = this.dataset.failed;
      row.classList.add("asyncpt-drop__failed");
    }
  }

  post(file, state) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const data = new FormData();
      data.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
      data.append("clips", file);
      request.upload.addEventListener("progress", (event) => {
        const percent = Math.round((100 * event.loaded) / event.total);
        state.textContent = `${this.dataset.sending} ${percent} %`;
      });
      request.addEventListener("load", () => {
        try {
          resolve(JSON.parse(request.responseText).results[0]);
        } catch (error) {
          reject(error);
        }
      });
      request.addEventListener("error", reject);
      request.open("POST", window.location.pathname);
      request.setRequestHeader("Accept", "application/json");
      request.send(data);
    });
  }
}

customElements.define("asyncpt-bulk-upload", BulkUpload);
