"""What a manager writes into a text, and where a test of it goes."""

from django import forms

from messaging.default_templates import Text


class TemplateForm(forms.Form):
    """The words of a text. ``seen`` is the version that was on the screen."""

    subject = forms.CharField(max_length=250, label="Subject")
    body = forms.CharField(
        label="Text", max_length=6000, widget=forms.Textarea({"rows": 12, "dir": "auto"})
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args, is_text: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if is_text:
            del self.fields["subject"]
            self.fields["body"].max_length = 1200
            self.fields["body"].widget.attrs["rows"] = 6

    def text(self) -> Text:
        """The words as they are kept: one line for a subject, one kind of line end."""
        data = self.cleaned_data
        body = data["body"].replace("\r\n", "\n").strip()
        return Text(" ".join(data.get("subject", "").split()), body)

    def typed(self) -> Text:
        """The words as far as they are written, for looking at them."""
        body = self.data.get("body", "")[:6000].replace("\r\n", "\n").replace("\0", "").strip()
        subject = self.data.get("subject", "")[:250].replace("\0", "")
        return Text("" if "subject" not in self.fields else " ".join(subject.split()), body)
