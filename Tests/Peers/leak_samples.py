#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files as they come in, with names in all corners: EXIF and thumbnails, the list of authors of a PDF,
deleted text of a document. Nobody and no place in them is real.

usage: Tests/Peers/leak_samples.py FOLDER
"""
import io, os, pathlib, random, subprocess, sys, tempfile, zipfile

from PIL import Image


def picture(seed, size=24):
    noise = Image.frombytes("RGB", (size, size), random.Random(seed).randbytes(3 * size * size))
    output = io.BytesIO()
    noise.save(output, "JPEG")
    return output.getvalue()


def exif(content, *tags, thumbnail=None):
    """A picture with tags that ExifTool writes, and another one inside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "picture.jpg")
        path.write_bytes(content)
        if thumbnail:
            pathlib.Path(folder, "thumbnail").write_bytes(thumbnail)
            tags += ("-ThumbnailImage<=thumbnail",)
        subprocess.run(["exiftool", "-q", "-overwrite_original", "-charset", "utf8", *tags, path],
                       check=True, cwd=folder)
        return path.read_bytes()


def zipped(files, method=zipfile.ZIP_DEFLATED, comment=b""):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", method) as archive:
        archive.comment = comment
        for name, content in files.items():
            archive.writestr(name, content)
    return output.getvalue()


def document(author, text, deleted, **media):
    """A text document with text that somebody deleted while changes were kept."""
    return zipped({
        "docProps/core.xml": f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy>".encode(),
        "word/document.xml": f'<w:t>{text}</w:t><w:del w:author="{author}">{deleted}</w:del>'.encode(),
        **media,
    })


def order(author):
    output = io.BytesIO()
    Image.open(io.BytesIO(picture(author, 64))).save(output, "PDF", author=author, title="An order")
    return output.getvalue()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip().splitlines()[-1])
        sys.exit(0 if "-h" in sys.argv[1][:3] else 2)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir()
    samples = {
        "statement.txt": "ខ្ញុំនៅទីនោះ។\n\nឈ្មោះរបស់នាងគឺ ពាក្យគំរូ។\n\nពួកគេបានចាកចេញ។\n".encode(),
        "the-face.jpg": exif(picture("face", 96), "-Artist=An owner of a camera", "-GPSLatitude=11.55",
                             "-GPSLatitudeRef=N", thumbnail=picture("face", 16)),
        "ảnh mẫu số hai.jpg": exif(picture("field", 96), "-Artist=Camera 2",
                                 thumbnail=picture("field", 16)),
        "order.pdf": order("A ministry"),
        "minutes.docx": document("An author", "Those who met:", "whoever was deleted",
                                **{"word/media/image1.jpg": picture("minutes")}),
        "notes.docx": document("Camera 2", "What was seen", "nothing"),
    }
    for day, (name, content) in enumerate(samples.items(), 1):
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1750000000 + 86399 * day,) * 2)
