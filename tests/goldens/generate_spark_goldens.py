#!/usr/bin/env python3
"""Writes tests/goldens/spark/*: what Apache Spark itself prints, writes and draws, for tests of the sql facade.

Run by hand, with `pip install pyspark==4.3.0 numpy` and a JDK 17: generate_spark_goldens.py OUTPUT_FOLDER
"""
import glob
import json
import pathlib
import random
import struct
import sys
import tempfile

from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

OUT = pathlib.Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")


def interesting_doubles():
    values = [0.0, -0.0, 1.0, -1.0, 2.0, 0.1, 0.2, 0.3, 0.5, 1 / 3, 2 / 3, 10.0, 100.0, 1e3, 1e6, 9999999.0, 9999999.999,
              1e7, 12345678.0, 1e8, 1e10, 1e15, 1e16, 1e17, 1e21, 1e22, 1e23, 1e100, 1e300, 1.7976931348623157e308, 1e-1,
              1e-2, 1e-3, 9.99e-4, 1e-4, 2e-4, 1e-5, 1e-10, 1e-300, 2.2250738585072014e-308, 5e-324, 1e-323, 2e-323, 1.5e-323,
              123456.789, 1386.246826171875, 704.949236329314, 255.0, 4.35, 2.0e-3, 8.41e21, 2.2e-322, 2.0**53, 2.0**63, 2.0**-44]
    draw = random.Random(1)
    values += [draw.uniform(-1000, 1000) for _ in range(60)]
    values += [10 ** draw.uniform(-20, 20) for _ in range(60)]
    values += [round(draw.uniform(-1e6, 1e6), draw.randrange(6)) for _ in range(60)]
    values += [struct.unpack("<d", struct.pack("<Q", draw.getrandbits(63)))[0] for _ in range(80)]
    values += [float(draw.randrange(-10**9, 10**9)) for _ in range(30)]
    return values + [float("inf"), float("-inf"), float("nan")]


def write_numbers():
    to_text = spark.sparkContext._jvm.java.lang.Double.toString
    lines = [struct.pack(">d", v).hex() + " " + to_text(v) for v in interesting_doubles()]
    (OUT / "java_doubles.txt").write_text("\n".join(lines) + "\n")
    draw = random.Random(2)
    floats = [0.0, 1.0, 0.1, 1e7, 1e-3, 9.9e-4, 3.4028235e38, 1.4e-45, 16777216.0, 1 / 3]
    floats += [draw.uniform(-1000, 1000) for _ in range(40)] + [10 ** draw.uniform(-30, 30) for _ in range(40)]
    lines = []
    for value in floats:
        bits = struct.pack(">f", value)
        frame = spark.sparkContext._jvm.java.lang.Float
        lines.append(bits.hex() + " " + frame.toString(frame.intBitsToFloat(struct.unpack(">i", bits)[0])))
    (OUT / "java_floats.txt").write_text("\n".join(lines) + "\n")


def write_show(name, frame, *args):
    rows, truncate = args if args else (20, 20)
    (OUT / f"show_{name}.txt").write_text(frame._jdf.showString(rows, truncate, False))


def write_widths():
    """Ranges of code points that take two places in show()."""
    width = spark.sparkContext._jvm.org.apache.spark.util.Utils.stringHalfWidth
    wide = [c for c in range(0x20, 0x10000) if not 0xD800 <= c < 0xE000]
    # One call a block: width of the text less its length counts the wide ones.
    lines, start = [], None
    for c in wide:
        is_wide = c in wide_points(width, wide)
        if is_wide and start is None:
            start = c
        if not is_wide and start is not None:
            lines.append(f"{start:04X} {previous:04X}")
            start = None
        previous = c
    (OUT / "wide_characters.txt").write_text("\n".join(lines) + "\n")


WIDE = set()


def wide_points(width, points):
    if not WIDE:
        def split(low, high):
            part = points[low:high]
            extra = width("".join(map(chr, part))) - len(part)
            if extra == len(part):
                WIDE.update(part)
            elif extra > 0:
                split(low, (low + high) // 2)
                split((low + high) // 2, high)
        split(0, len(points))
    return WIDE


def nullable(*fields):
    return T.StructType([T.StructField(name, kind, True) for name, kind in fields])


def write_shows():
    sparse = Vectors.sparse(784, [152, 153, 154, 155], [3.0, 18.0, 18.0, 126.0])
    vectors = spark.createDataFrame(
        [(5.0, sparse), (0.0, Vectors.dense([1.0, 2.5])), (-1.5, None), (None, Vectors.sparse(3, [], []))],
        nullable(("label", T.DoubleType()), ("features", VectorUDT())))
    write_show("vectors", vectors)
    write_show("vectors_untruncated", vectors, 20, 0)
    write_show("vectors_truncated_to_3", vectors, 20, 3)
    write_show("vectors_truncated_to_10", vectors, 20, 10)
    write_show("first_two", vectors, 2, 20)
    write_show("first_one", vectors, 1, 20)
    write_show("no_rows_asked", vectors, 0, 20)
    write_show("empty", vectors.limit(0))
    write_show("twenty_of_25", spark.range(25))
    write_show("twenty_of_20", spark.range(20))
    kinds = nullable(("bool", T.BooleanType()), ("byte", T.ByteType()), ("short", T.ShortType()), ("int", T.IntegerType()),
                     ("long", T.LongType()), ("float", T.FloatType()), ("double", T.DoubleType()),
                     ("string", T.StringType()), ("binary", T.BinaryType()))
    write_show("types", spark.createDataFrame(
        [(True, 1, 2, 3, 4, 0.1, 1e-4, "text", bytearray(b"12\xff")), (False, -128, -32768, -2147483648, -2**63, 1e10, 1e7, "", bytearray(b"")),
         (None,) * 9], kinds))
    texts = ["a\nb", "tab\there", "cr\rx", "back\\slash", "\u4e2d\u6587\u5b57\u7b26", "\uff21\uff22 wide", "\u00e9\u00e8", "emoji \U0001f600!",
             "exactly twenty chars", "twenty-one characters", "\u4e2d" * 25, "\x00\x07\x0b\x0c\x08", "\ud55c\uad6d\uc5b4", "x" * 19 + "\u4e2d" + "y" * 5,
             "\u3042\u3044\u3046", "quote\"'"]
    write_show("strings", spark.createDataFrame([(t,) for t in texts], nullable(("text", T.StringType()))))
    write_show("wide_header", spark.createDataFrame([(1, 2)], nullable(("\u5217\u540d", T.IntegerType()), ("a\nb", T.IntegerType()))))
    names = vectors.select(
        F.col("label") + 1, F.col("label") > 2, (F.col("label") == 5) & (F.col("label") < 3.5), ~(F.col("label") >= 1), -F.col("label"),
        F.col("label") / 2, F.col("label") * F.col("label"), F.col("label") % 3, F.col("label").isNull(), F.col("label").isNotNull(),
        F.col("label").cast("int"), F.lit("x"), F.lit(1.5), F.lit(None), F.lit(True), F.col("label").cast("string").alias("s"),
        (F.col("label") != 5) | (F.col("label") <= 3), F.col("label") - 1)
    write_show("expressions", names, 20, 0)
    (OUT / "expressions_schema.txt").write_text(names._jdf.schema().treeString())
    (OUT / "types_schema.txt").write_text(spark.createDataFrame([], kinds)._jdf.schema().treeString())
    integers = spark.createDataFrame([(7, 2), (-7, 2), (5, 0)], nullable(("a", T.IntegerType()), ("b", T.IntegerType())))
    spark.conf.set("spark.sql.ansi.enabled", "false")
    arithmetic = integers.select(F.col("a") / F.col("b"), F.col("a") % F.col("b"), F.col("a") + F.col("b"), (F.col("a") * 1.5).alias("m"),
                                 F.col("a").cast("double"), F.col("a").cast("string"), F.col("a").cast("boolean"))
    write_show("arithmetic_of_integers", arithmetic, 20, 0)
    spark.conf.set("spark.sql.ansi.enabled", "true")


def write_libsvm():
    rows = [(5.0, Vectors.sparse(784, [0, 152, 783], [1.0, 0.25, 255.0])), (0.0, Vectors.dense([0.0, 1e-4, 1e7, -2.5])),
            (-1.5, Vectors.sparse(4, [], [])), (3.0, Vectors.sparse(5, [1, 2], [0.0, 7.0]))]
    frame = spark.createDataFrame(rows, nullable(("label", T.DoubleType()), ("features", VectorUDT())))
    with tempfile.TemporaryDirectory() as folder:
        frame.coalesce(1).write.format("libsvm").save(folder + "/x")
        files = glob.glob(folder + "/x/part-*")
        assert len(files) == 1 and files[0].endswith("-c000.libsvm"), files
        (OUT / "libsvm_written.txt").write_bytes(pathlib.Path(files[0]).read_bytes())
        read = spark.read.format("libsvm").option("numFeatures", "784").load(folder + "/x")
        write_show("libsvm_read", read)
        (OUT / "libsvm_schema.txt").write_text(read._jdf.schema().treeString())


def write_samples():
    ids = spark.range(0, 200, 1, 4)
    samples = {"sample_0.3_seed_42": [r.id for r in ids.sample(0.3, 42).collect()],
               "split_0.7_0.3_seed_11": [[r.id for r in part.collect()] for part in ids.randomSplit([0.7, 0.3], 11)],
               "split_1_1_2_seed_-5": [[r.id for r in part.collect()] for part in ids.randomSplit([1.0, 1.0, 2.0], -5)]}
    (OUT / "samples.json").write_text(json.dumps(samples, separators=(",", ":")) + "\n")


def message_of(action):
    try:
        action()
    except Exception as error:  # The class depends on the case.
        lines = str(error).split("\n")
        if lines[0].startswith("An error occurred while calling"):  # The JVM's own message follows.
            return lines[1].split("Exception: ", 1)[1]
        return lines[0].split(";")[0]
    raise AssertionError("no error")


def write_errors():
    frame = spark.createDataFrame([(1.0, "a", 2)], nullable(("label", T.DoubleType()), ("text", T.StringType()), ("Features", T.IntegerType())))
    twice = frame.select("label", F.col("text").alias("label"))
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="golden") as folder:
        errors = {
            "unknown column": message_of(lambda: frame.select("feature")),
            "unknown column in filter": message_of(lambda: frame.filter(F.col("x") > 1)),
            "ambiguous column": message_of(lambda: twice.select("label")),
            "path does not exist": message_of(lambda: spark.read.format("libsvm").option("numFeatures", "3").load("/tmp/no-such-path")),
            "glob without match": message_of(lambda: spark.read.format("libsvm").option("numFeatures", "3").load("/tmp/no-such-path-*")),
            "path exists": message_of(lambda: frame.write.format("json").save(folder)).replace(folder, "/tmp/FOLDER"),
            "unknown format": message_of(lambda: spark.read.format("nosuch").load("/tmp")),
            "unknown mode": message_of(lambda: frame.write._jwrite.mode("sometimes")),
            "filter not boolean": message_of(lambda: frame.filter(F.col("label"))),
            "and of numbers": message_of(lambda: frame.select(F.col("label") & F.col("label"))),
            "union of different widths": message_of(lambda: frame.union(frame.select("label"))),
            "libsvm columns": message_of(lambda: frame.write.format("libsvm").save(folder + "/y")),
            "negative limit": message_of(lambda: frame.limit(-1)),
            "repartition to 0": message_of(lambda: frame.repartition(0)),
            "negative weight": message_of(lambda: frame._jdf.randomSplit(spark.sparkContext._gateway.new_array(spark.sparkContext._jvm.double, 1), 1)),
            "cast of a vector": message_of(lambda: spark.createDataFrame([(Vectors.dense([1.0]),)], ["v"]).select(F.col("v").cast("double"))),
        }
        bad = pathlib.Path(folder) / "bad.libsvm"
        for name, text in {"libsvm token": "1 1:2\n2 x:3\n", "libsvm order": "1 3:1 2:1\n", "libsvm index 0": "1 0:1\n", "libsvm beyond": "1 9:1\n"}.items():
            bad.write_text(text)
            try:
                spark.read.format("libsvm").option("numFeatures", "3").load(str(bad)).collect()
            except Exception as error:
                errors[name] = next(line for line in str(error).split("\n") if "Caused by" in line)
            else:
                errors[name] = "no error"
    (OUT / "errors.json").write_text(json.dumps(errors, indent=1, ensure_ascii=False) + "\n")


write_numbers()
write_shows()
write_widths()
write_libsvm()
write_samples()
write_errors()
