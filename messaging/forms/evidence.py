"""Whose evidence is wanted, and which pack is to be checked."""

from django import forms

LARGEST = 50_000_000


class AddressForm(forms.Form):
    """A number or a mail address."""

    address = forms.CharField(
        max_length=254,
        label="Number or mail address",
        widget=forms.TextInput({"autocomplete": "off", "dir": "ltr"}),
    )


class PackForm(forms.Form):
    """A pack as it was handed out."""

    pack = forms.FileField(
        label="The pack",
        help_text="The zip file as it was handed out. It is looked at and not kept.",
        widget=forms.FileInput({"accept": ".zip,application/zip"}),
    )

    def clean_pack(self):
        pack = self.cleaned_data["pack"]
        if pack.size > LARGEST:
            raise forms.ValidationError("This file is larger than any pack.")
        return pack
