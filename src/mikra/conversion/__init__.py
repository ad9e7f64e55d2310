"""Writers: one credential in other forms (Open Badges, VC 2.0, SD-JWT VC), and what each form cannot say."""
