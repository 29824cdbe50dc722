"""The layer check finds what it must find."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_layers  # noqa: E402

ALLOWED = {"base": [], "io": ["base"], "aws/client": ["io", "base"], "server": ["aws/*", "base"]}
OWNERS = {"boost/": ["server"]}


def broken(path, text):
    return check_layers.check_file(pathlib.PurePosixPath(path), text, ALLOWED, OWNERS)


def test_an_include_to_the_right_is_allowed():
    assert broken("io/local.cc", '#include "sagespark/base/uri.h"\n#include "sagespark/io/local.h"\n') == []


def test_an_include_to_the_left_is_named():
    assert broken("base/uri.cc", '#include "sagespark/io/local.h"') == ["base/uri.cc: base may not include io/local.h"]


def test_a_star_stands_for_the_folders_below():
    assert broken("server/s3/put.cc", '#include "sagespark/aws/client/s3.h"') == []


def test_a_library_stays_in_its_owner_folder():
    assert broken("server/http.cc", "#include <boost/asio.hpp>") == []
    assert broken("io/http.h", "#include <boost/asio.hpp>") == ["io/http.h: <boost/asio.hpp> belongs to server"]


def test_a_folder_without_a_row_is_named():
    assert broken("misc/x.cc", "") == ["misc/x.cc: its folder is no row of the layer table"]


def test_the_project_keeps_its_layers():
    assert check_layers.main() == 0
