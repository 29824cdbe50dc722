"""Which tests of ceph/s3-tests are about what the local cloud offers: read from the tests' own code, by the rule in s3_tests.json."""
import ast
import json
import pathlib

import botocore
import botocore.session

RULE = pathlib.Path(__file__).with_name("s3_tests.json")


def operation_names():
    """{"put_object": "PutObject", ...}: the methods of boto3's S3 client."""
    model = botocore.session.get_session().get_service_model("s3")
    return {botocore.xform_name(name): name for name in model.operation_names}


class Uses:
    """What the code of one function uses, and which functions of its own files it calls."""

    def __init__(self, function, methods):
        self.operations, self.parameters, self.names, self.texts = set(), set(), set(), set()
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                self.add_call(node)
            if isinstance(node, ast.Attribute) and node.attr in methods:
                self.operations.add(methods[node.attr])
            elif isinstance(node, ast.Name):
                self.names.add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.texts.add(node.value.lower())
                if node.value in methods:  # generate_presigned_url(ClientMethod="put_object").
                    self.operations.add(methods[node.value])
        self.names |= {argument.arg for argument in function.args.args}  # Fixtures.

    def add_call(self, call):
        self.parameters |= {keyword.arg for keyword in call.keywords if keyword.arg}
        self.parameters |= {key.value for keyword in call.keywords if keyword.arg in (None, "Params")
                            and isinstance(keyword.value, ast.Dict) for key in keyword.value.keys
                            if isinstance(key, ast.Constant)}


class Scope:
    """The rule, applied to the tests in the files of a copy of s3-tests."""

    def __init__(self, files, rule=None):
        self.rule = rule or json.loads(RULE.read_text())
        methods = operation_names()
        self.functions = {}
        for file in files:
            for node in ast.parse(pathlib.Path(file).read_text()).body:
                if isinstance(node, ast.FunctionDef):
                    self.functions[node.name] = Uses(node, methods)

    def reached(self, name):
        """The function and all that it calls, directly or not."""
        seen, left = set(), [name]
        while left:
            name = left.pop()
            if name in self.functions and name not in seen:
                seen.add(name)
                left.extend(self.functions[name].names)
        return seen

    def reasons(self, name, markers):
        """Why the test is left out, as (kind, what) pairs in the order of the rule; none when it is to run."""
        used = [self.functions[function] for function in sorted(self.reached(name))]
        operations = set().union(*(use.operations for use in used))
        parameters = set().union(*(use.parameters for use in used))
        names = set().union(*(use.names for use in used))
        texts = set().union(*(use.texts for use in used))
        found = [("test", name)] if name in self.rule["tests"] else []
        found += [("test", prefix) for prefix in self.rule["tests"] if prefix.endswith("*") and name.startswith(prefix[:-1])]
        found += [("marker", marker) for marker in self.rule["markers"] if marker in markers]
        found += [("operation", operation) for operation in sorted(operations - set(self.rule["operations"]))]
        found += [("parameter", parameter) for parameter in self.rule["parameters"] if parameter in parameters]
        found += [("helper", helper) for helper in self.rule["helpers"] if helper in names]
        found += [("header", header) for header in self.rule["headers"] if any(text.startswith(header) for text in texts)]
        return found

    def reason_text(self, kind, what):
        if kind == "operation":
            return f"calls {what}, which the local cloud does not offer"
        return self.rule[kind + "s"][what]
